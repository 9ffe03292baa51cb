"""The state on this machine, tested on real files in temporary folders."""
