{{ grade_mart('channel_satisfaction') }}
