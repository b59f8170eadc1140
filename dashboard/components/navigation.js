// The pages in reading order; a new page is a line here.
export const pages = [
	{ href: '/', label: 'Samenvatting' },
	{ href: '/contactkanalen', label: 'Contactkanalen' },
	{ href: '/tevredenheid', label: 'Tevredenheid per kanaal' },
	{ href: '/afhandeling', label: 'Afhandeling' },
	{ href: '/status-volgen', label: 'Status volgen' },
	{ href: '/digitale-toegankelijkheid', label: 'Digitale toegankelijkheid' },
	{ href: '/toekomstig-contact', label: 'Toekomstig contact' },
	{ href: '/redenen-van-contact', label: 'Redenen van contact' },
	{ href: '/deelnemers', label: 'Deelnemers en niet-deelnemers' },
	{ href: '/aanbevelingen', label: 'Aanbevelingen' },
	{ href: '/medewerkers', label: 'Medewerkers' },
	{ href: '/kpis', label: "KPI's" },
	{ href: '/gemeenten', label: 'Gemeenten' },
	{ href: '/verantwoording', label: 'Verantwoording' }
];

export const footerPages = [
	{ href: '/toegankelijkheidsverklaring', label: 'Toegankelijkheidsverklaring' }
];
