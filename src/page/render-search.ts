import { html, type Markup } from './html.js'

/** Where databases are searched for, for the page's script to bring to life. */
export function renderSearch(): Markup {
  return html`<noscript><p class="absent">The search needs JavaScript.</p></noscript>
<form id="search" role="search" hidden><label for="name">Database</label><input id="name" type="search" autocomplete="off" autocapitalize="off" spellcheck="false" placeholder="a part of its name" aria-describedby="keys" aria-controls="found">
<button type="button" id="all" hidden>all databases</button><p id="keys" class="aside"><kbd>/</kbd> comes here, <kbd>↓</kbd> and <kbd>↑</kbd> go through the list, <kbd>Enter</kbd> shows one, <kbd>Esc</kbd> clears</p></form>
<p id="count" role="status" aria-live="polite"></p>
<div id="found"></div><button type="button" id="more" hidden>more</button>`
}
