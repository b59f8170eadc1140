{{ share_mart('status_tracking') }}
