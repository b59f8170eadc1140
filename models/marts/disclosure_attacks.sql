select
    attacks.survey_code,
    attacks.wave_code,
    attacks.attack_code,
    attacks.n_tried,
    attacks.n_recovered,
    flags.label_nl,
    flags.label_en,
    row_number() over (
        order by attacks.survey_code, attacks.wave_code, attacks.attack_code
    ) as sort_order,
from {{ ref('est_attacks') }} as attacks
left join {{ ref('flags') }} as flags on attacks.attack_code = flags.flag_code
order by sort_order
