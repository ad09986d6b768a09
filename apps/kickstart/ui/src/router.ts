// SPDX-License-Identifier: Apache-2.0
import { mdiAccountGroup, mdiBell, mdiEthernet, mdiViewDashboard } from '@mdi/js';
import { createRouter, createWebHashHistory } from 'vue-router';
import DashboardPage from './pages/DashboardPage.vue';
import EventsPage from './pages/EventsPage.vue';
import PortsPage from './pages/PortsPage.vue';
import UsersPage from './pages/UsersPage.vue';

/** The entries of the sidebar. */
export const pages = [
  { path: '/dashboard', title: 'Dashboard', icon: mdiViewDashboard },
  { path: '/ports', title: 'Ports', icon: mdiEthernet },
  { path: '/events', title: 'Events', icon: mdiBell },
  { path: '/users', title: 'Users', icon: mdiAccountGroup, role: 'admin' },
];

// All in one piece: a part that is fetched later may be gone by then, with an update.
export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/dashboard', component: DashboardPage },
    { path: '/ports', component: PortsPage },
    { path: '/events', component: EventsPage },
    { path: '/users', component: UsersPage, meta: { role: 'admin' } },
    { path: '/:rest(.*)*', redirect: '/dashboard' },
  ],
});
