"""HTML and SVG as pages that need nothing else: elements, time axes, one look."""
