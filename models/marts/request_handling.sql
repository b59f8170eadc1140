{{ grade_mart('request_handling') }}
