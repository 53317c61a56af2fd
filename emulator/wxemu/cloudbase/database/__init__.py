"""CloudBase's document database: its rules. How they are asked is a matter of each protocol (``admin.database``)."""
