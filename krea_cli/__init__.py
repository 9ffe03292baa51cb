"""`krea`: generate images, video, audio and 3D with the Krea API; never pay twice."""

__version__ = "0.1.0"

VERSION_OPTIONS = ("--version", "-V")
