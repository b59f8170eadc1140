{{ share_mart('digital_accessibility') }}
