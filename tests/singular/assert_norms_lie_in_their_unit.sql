-- A norm of 80 for a share of 0 to 1 is never reached, whatever the figure: 80 % is 0.8.
select
    kpis.kpi_code,
    kpis.norm,
    kpis.unit,
    units.value_from,
    units.value_to,
from {{ ref('kpi_definitions') }} as kpis
inner join {{ ref('kpi_units') }} as units using (unit)
where kpis.norm < units.value_from or kpis.norm > units.value_to
order by kpis.kpi_code
