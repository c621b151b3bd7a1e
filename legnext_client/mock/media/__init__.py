"""The files behind the mock's urls: real images and videos, drawn from nothing but a prompt.

Not its business: when a file exists, who may fetch it, and under which address.
"""

from legnext_client.mock.media.images import render_image
from legnext_client.mock.media.sizes import image_size, video_size
from legnext_client.mock.media.videos import render_video

__all__ = ["image_size", "render_image", "render_video", "video_size"]
