// calendar_lines
