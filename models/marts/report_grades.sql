{{ grade_mart('report_grades') }}
