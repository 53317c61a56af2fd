"""wxcloud's emulator: what stands in for WeChat and CloudBase on one machine."""

__version__ = "0.2.0"
