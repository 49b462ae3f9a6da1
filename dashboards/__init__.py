"""The live page: a Streamlit app that reads ClickHouse only."""
