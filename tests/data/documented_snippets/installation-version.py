import legnext; print(legnext.__version__)
