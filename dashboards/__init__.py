"""The Streamlit pages and the queries behind them."""
