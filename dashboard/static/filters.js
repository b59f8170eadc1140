// Shows the panel of the chosen group. Every figure is in the page already; nothing is fetched.
// The choice stands in the address (?groep=...), so that it can be shared and stays on other pages.
(() => {
	const chosen = (name) => new URLSearchParams(location.search).get(name);

	const keepOnLinks = (name, key, isDefault) => {
		for (const link of document.querySelectorAll('a[data-keeps-filter]')) {
			const url = new URL(link.href);
			if (isDefault) url.searchParams.delete(name);
			else url.searchParams.set(name, key);
			link.href = url.pathname + url.search;
		}
	};

	const start = (filter) => {
		const name = filter.dataset.filter;
		const select = filter.querySelector('select');
		const label = filter.querySelector('[data-filter-label]');
		const panels = [...filter.querySelectorAll('[data-filter-value]')];
		const show = (key) => {
			for (const panel of panels) panel.hidden = panel.dataset.filterValue !== key;
			label.textContent = select.selectedOptions[0].textContent;
			keepOnLinks(name, key, select.selectedIndex === 0);
		};
		filter.querySelector('[data-filter-control]').hidden = false;
		const asked = chosen(name);
		if (asked && [...select.options].some((option) => option.value === asked)) select.value = asked;
		else {
			select.selectedIndex = 0;
			// A group that this page cannot show stays the choice on the pages that can.
			if (asked) {
				label.textContent = select.selectedOptions[0].textContent;
				keepOnLinks(name, asked, false);
				return listen();
			}
		}
		show(select.value);
		return listen();

		function listen() {
			select.addEventListener('change', () => {
				show(select.value);
				const url = new URL(location.href);
				if (select.selectedIndex === 0) url.searchParams.delete(name);
				else url.searchParams.set(name, select.value);
				history.replaceState(null, '', url);
			});
		}
	};

	for (const filter of document.querySelectorAll('[data-filter]')) start(filter);
	for (const button of document.querySelectorAll('[data-print]')) {
		button.hidden = false;
		button.addEventListener('click', () => window.print());
	}
})();
