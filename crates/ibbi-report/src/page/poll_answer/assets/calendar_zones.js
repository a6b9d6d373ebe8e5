// calendar_zones
