{{ share_mart('contact_reasons') }}
