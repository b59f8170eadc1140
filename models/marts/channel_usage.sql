{{ share_mart('channel_usage') }}
