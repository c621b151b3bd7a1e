"""What a chain of videos promises before anything is sent."""
