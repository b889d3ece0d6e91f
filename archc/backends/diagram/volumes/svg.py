"""Scene -> SVG, and -> a drawing for Graphviz's engine, which makes PDF and PNG of it."""
