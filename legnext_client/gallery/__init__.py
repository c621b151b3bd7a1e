"""The gallery of a journal: one page beside the files, to look at what a batch or a chain has made.

    from legnext_client.gallery import gallery

    gallery("run.db")  # shots/index.html

The page is whole in itself: it asks nothing of any network, and shows the files where they lie.
"""

from legnext_client.gallery.page import gallery

__all__ = ["gallery"]
