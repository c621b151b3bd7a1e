"""Real images and videos, painted from a prompt."""

from legnext_client.mock.media.images import render_image
from legnext_client.mock.media.sizes import image_size, video_size
from legnext_client.mock.media.videos import render_video

__all__ = ["image_size", "render_image", "render_video", "video_size"]
