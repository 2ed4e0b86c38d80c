"""From a fence that names a source to a captioned listing or an output block."""
