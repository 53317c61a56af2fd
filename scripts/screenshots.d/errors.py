"""What ends the making of pictures.

PictureError
    A picture cannot be made, or is not as stated; the text says which, and what to do.
"""


class PictureError(Exception):
    """There is no such picture to show."""
