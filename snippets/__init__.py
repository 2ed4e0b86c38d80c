"""The listings of the articles; every module runs by itself."""
