// calendar_values
