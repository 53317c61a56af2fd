"""wxcloud's emulator: what stands in for WeChat and CloudBase on one machine."""
