"""Show a journal's results on one HTML page.

    from legnext_client.gallery import gallery

    gallery("run.db")  # shots/index.html

The page needs no network and links to the downloaded files.
"""

from legnext_client.gallery.page import gallery

__all__ = ["gallery"]
