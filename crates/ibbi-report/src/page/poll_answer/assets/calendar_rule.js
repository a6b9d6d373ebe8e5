// calendar_rule
