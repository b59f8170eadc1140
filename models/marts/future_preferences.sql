{{ share_mart('future_preferences') }}
