"""What is said once: a function, a queue, a table, the layers, alarms."""
