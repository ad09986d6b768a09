// SPDX-License-Identifier: Apache-2.0
const show = (id, text) => { document.getElementById(id).textContent = text; };

async function refresh() {
  try {
    const response = await fetch('/api/empty/status');
    if (!response.ok) {
      throw new Error(`status ${response.status}`);
    }
    const { app, version, time } = await response.json();
    show('app', app);
    show('version', version);
    document.getElementById('time').dateTime = time;
    show('time', new Date(time).toLocaleString());
    show('note', '');
  } catch (problem) {
    show('note', `No answer from the gateway (${problem.message}); trying again.`);
  }
}

refresh();
setInterval(refresh, 5000);
