// SPDX-License-Identifier: Apache-2.0
// The page of the device cloud: asks again every second, and shows what has changed.

const $ = (id) => document.getElementById(id);
const REST = 1000;
const WEEK = 7 * 24 * 3_600_000;
const PRIVATE = ['created', 'updated', 'sk', 'id', 'deviceId', 'accountId'];
let device = location.hash.slice(1);
let timer = 0;
let token = '';

// Calls that change something carry the token of the session, which answers tell.
async function post(path, body) {
  const ask = () =>
    fetch('/api/' + path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-XSRF-TOKEN': token },
      body: JSON.stringify(body),
    });
  const answer = await ask();
  const told = answer.headers.get('X-XSRF-TOKEN');
  if (told && told !== token) {
    token = told;
    return answer.ok ? answer : ask();
  }
  return answer;
}

async function call(path, body) {
  const answer = await post(path, body);
  if (answer.status === 401) {
    show(false);
    throw new Error('');
  }
  if (!answer.ok) {
    throw new Error(await answer.text());
  }
  return answer.json();
}

// What a person did wrong stays to be read until that person does something else.
let persons = false;

async function attempt(work, person = true) {
  try {
    await work();
    if (person || !persons) {
      $('problem').hidden = true;
      persons = false;
    }
  } catch (e) {
    $('problem').hidden = !e.message;
    $('problem').textContent = e.message;
    persons = person;
  }
}

function show(inside) {
  $('login').hidden = inside;
  $('fleet').hidden = !inside;
  $('releases').hidden = !inside;
  $('logout').hidden = !inside;
  if (!inside) {
    $('fresh').hidden = true;
    $('data').hidden = true;
    $('count').textContent = '';
    clearTimeout(timer);
  }
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  made.textContent = text;
  Object.assign(made, attributes);
  return made;
}

function button(text, work) {
  return element('button', text, { onclick: () => attempt(work) });
}

function row(...cells) {
  const made = document.createElement('tr');
  for (const cell of cells) {
    const td = document.createElement('td');
    td.append(...[cell].flat());
    made.append(td);
  }
  return made;
}

async function all(path, body) {
  const found = [];
  for (let after = ''; ; ) {
    const page = await call(path, { ...body, after });
    found.push(...page.data);
    if (!page.next) {
      return found;
    }
    after = page.next;
  }
}

async function showDevices() {
  const devices = await all('device/find', {});
  show(true);
  $('nobody').hidden = devices.length > 0;
  const online = devices.filter((d) => d.online).length;
  $('count').textContent = `${online} of ${devices.length} online`;
  $('devices').replaceChildren(...devices.map(deviceRow));
}

function deviceRow(d) {
  const owned = d.state === 'claimed' || d.state === 'provisioned';
  const actions = [];
  if (d.state === 'registered') {
    actions.push(button('Claim', () => claim(d.id)));
  }
  if (owned) {
    actions.push(button('Data', () => open(d.id)), button('Release', () => release(d.id)));
  }
  return row(
    element('code', d.id),
    d.attributes.name ?? '',
    d.state,
    element('span', d.online ? 'online' : 'offline', { className: d.online ? 'online' : 'offline' }),
    d.release.checked || d.release.update ? d.release.running || 'as shipped' : '',
    lastUpdate(d.release),
    actions,
  );
}

const words = (state) => state.toLowerCase().replaceAll('_', ' ');

// Why it was not kept, or could not even be taken on, stands below.
function lastUpdate(standing) {
  const parts = [standing.update ? `${standing.release} ${words(standing.state)}` : ''];
  for (const reason of [standing.reason, standing.problem]) {
    if (reason) {
      parts.push(element('span', reason, { className: 'reason' }));
    }
  }
  return parts;
}

async function showReleases() {
  if ($('released').contains(document.activeElement)) {
    return;
  }
  const releases = await all('release/find', {});
  $('nothing').hidden = releases.length > 0;
  showExpiry((await call('release/state', {})).expires);
  $('released').replaceChildren(...releases.map(releaseRow));
}

// Beyond it devices take nothing any more, so it is told loudly a week before.
function showExpiry(text) {
  const left = new Date(text) - Date.now();
  $('expires').textContent = text ? `signed until ${new Date(text).toLocaleString()}` : '';
  $('expires').className = left < WEEK ? 'bad' : 'hint';
}

function releaseRow(r) {
  const change = async (terms) => {
    await call('release/update', { number: r.number, ...terms });
    document.activeElement.blur();
    await showReleases();
  };
  const state = !r.available ? 'gone' : r.terms.enabled ? 'handed out' : 'paused';
  const field = (label, value, className, terms) => {
    const made = element('input', '', { value, className, ariaLabel: `${label} of release ${r.number}` });
    made.onchange = () => attempt(() => change(terms(made.value.trim())));
    return made;
  };
  const number = (label, name, scale = 1) =>
    field(label, String(r.terms[name] / scale || (name === 'percentage' ? 0 : '')), 'number', (text) => {
      const value = Number(text || 0) * scale;
      if (!Number.isInteger(value)) {
        throw new Error(`${label}: '${text}' is no whole number`);
      }
      return { [name]: value };
    });
  return row(
    String(r.number),
    element('span', state, { className: state === 'handed out' ? 'online' : 'offline' }),
    field('Policy', r.terms.policy, 'policy', (policy) => ({ policy })),
    number('Percent', 'percentage'),
    number('Limit', 'limit'),
    number('Rate', 'rate'),
    number('Minutes', 'period', 60_000),
    String(r.offered),
    String(r.committed),
    String(r.failed),
    r.available
      ? [button(r.terms.enabled ? 'Pause' : 'Resume', () => change({ enabled: !r.terms.enabled }))]
      : [],
  );
}

async function showUpdates() {
  const updates = device ? await all('update/find', { device }) : [];
  const made = document.createElement('table');
  const head = document.createElement('tr');
  head.append(...['Update', 'from', 'ended', 'when', 'why'].map((f) => element('th', f)));
  made.append(
    head,
    ...updates.map((u) =>
      row(
        `release ${u.release}`,
        String(u.from || 'as shipped'),
        words(u.state),
        new Date(u.at || u.received).toLocaleString(),
        element('span', u.reason, { className: 'reason' }),
      ),
    ),
  );
  $('updates').replaceChildren(...(updates.length ? [element('h3', 'Updates'), made] : []));
}

async function claim(id) {
  await call('device/claim', { id });
  await showDevices();
}

async function release(id) {
  if (confirm(`Release ${id}? It loses its certificate and has to be claimed again.`)) {
    await call('device/release', { id });
    if (id === device) {
      close();
    }
    await showDevices();
  }
}

async function open(id) {
  device = id;
  location.hash = id;
  await showItems();
  await showUpdates();
}

async function showItems() {
  $('data').hidden = !device;
  if (!device || $('items').contains(document.activeElement)) {
    return;
  }
  $('which').textContent = device;
  const items = await all('item/find', { device });
  const models = Map.groupBy(items, (i) => i.model);
  const tables = [...models.keys()].sort().map((model) => table(model, models.get(model)));
  $('items').replaceChildren(
    ...(tables.length ? tables : [element('p', 'Nothing yet.', { className: 'hint' })]),
  );
}

function table(model, items) {
  const fields = [...new Set(items.flatMap((i) => Object.keys(i.item)))].filter(
    (f) => !PRIVATE.includes(f),
  );
  const head = document.createElement('tr');
  head.append(...['key', ...fields, ''].map((f) => element('th', f)));
  const made = document.createElement('table');
  made.append(head, ...items.map((i) => itemRow(i, fields)));
  const block = document.createElement('div');
  block.append(element('h3', model), made);
  return block;
}

function itemRow(item, fields) {
  const inputs = fields.map((f) => input(item, f));
  return row(element('code', item.key), ...inputs, [
    button('Remove', async () => {
      await call('item/remove', { device, key: item.key });
      await showItems();
    }),
  ]);
}

// A change is sent when the field is left or Enter is pressed; its kind of value stays.
function input(item, field) {
  const before = item.item[field];
  const plain = before === undefined || typeof before !== 'object';
  const text = before === undefined ? '' : plain ? String(before) : JSON.stringify(before);
  const made = element('input', '', { value: text, ariaLabel: `${field} of ${item.key}` });
  made.onchange = () =>
    attempt(async () => {
      const value =
        typeof before === 'string' || before === undefined ? made.value : JSON.parse(made.value);
      await call('item/update', { device, key: item.key, item: { [field]: value } });
      made.blur();
      await showItems();
    });
  return made;
}

async function again() {
  clearTimeout(timer);
  await attempt(async () => {
    await showDevices();
    await showReleases();
    await showItems();
    await showUpdates();
  }, false);
  if (!$('fleet').hidden) {
    timer = setTimeout(again, REST);
  }
}

$('login').onsubmit = (event) => {
  event.preventDefault();
  attempt(async () => {
    const form = new FormData($('login'));
    const answer = await post('public/login', Object.fromEntries(form));
    if (!answer.ok) {
      throw new Error(await answer.text());
    }
    $('login').reset();
    await again();
  });
};

$('claim').onsubmit = (event) => {
  event.preventDefault();
  attempt(async () => {
    await claim(new FormData($('claim')).get('id').trim());
    $('claim').reset();
  });
};

function close() {
  device = '';
  location.hash = '';
  $('data').hidden = true;
}

$('close').onclick = close;

$('token').onclick = () =>
  attempt(async () => {
    if (confirm('Make a new token? The one before is worth nothing from then on.')) {
      const made = await call('release/token', {});
      $('fresh').hidden = false;
      $('fresh').replaceChildren('Publish with IOTO_TOKEN=', element('code', made.token));
    }
  });

$('logout').onclick = () =>
  attempt(async () => {
    await post('public/logout', {});
    show(false);
  });

again();
