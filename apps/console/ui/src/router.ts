// SPDX-License-Identifier: Apache-2.0
import { mdiPuzzle, mdiTable, mdiTextLong } from '@mdi/js';
import { createRouter, createWebHashHistory } from 'vue-router';
import BundlesPage from './pages/BundlesPage.vue';
import LogPage from './pages/LogPage.vue';
import TablesPage from './pages/TablesPage.vue';

/** The entries of the sidebar. */
export const pages = [
  { path: '/tables', title: 'Database', icon: mdiTable },
  { path: '/bundles', title: 'Bundles', icon: mdiPuzzle },
  { path: '/log', title: 'Log', icon: mdiTextLong },
];

// All in one piece: a part that is fetched later may be gone by then, with an update.
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/tables', component: TablesPage },
    { path: '/tables/:model', component: TablesPage },
    { path: '/bundles', component: BundlesPage },
    { path: '/log', component: LogPage },
    { path: '/:rest(.*)*', redirect: '/tables' },
  ],
});
