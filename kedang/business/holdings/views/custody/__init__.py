"""Pages of custody: places, scanning, stock-takes, inspections, climate, statistics."""
