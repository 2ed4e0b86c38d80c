"""What people wrote: settings, front matter, pages, fences, prose, regions, includes."""
