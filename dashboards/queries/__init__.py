"""What the page asks of ClickHouse: SQL with parameters out, typed rows in. No I/O."""
