"""The manual: man pages, completions and the README's command list, made from the command tree."""
