// SPDX-License-Identifier: Apache-2.0
import { mdiAccountGroup, mdiBell, mdiEthernet, mdiViewDashboard } from '@mdi/js';
import { createRouter, createWebHashHistory } from 'vue-router';
import DashboardPage from './pages/DashboardPage.vue';

/** The entries of the sidebar. */
export const pages = [
  { path: '/dashboard', title: 'Dashboard', icon: mdiViewDashboard },
  { path: '/ports', title: 'Ports', icon: mdiEthernet },
  { path: '/events', title: 'Events', icon: mdiBell },
  { path: '/users', title: 'Users', icon: mdiAccountGroup, role: 'admin' },
];

export const router = createRouter({
  history: createWebHashHistory(),
  routes: [
    { path: '/dashboard', component: DashboardPage },
    { path: '/ports', component: () => import('./pages/PortsPage.vue') },
    { path: '/events', component: () => import('./pages/EventsPage.vue') },
    { path: '/users', component: () => import('./pages/UsersPage.vue'), meta: { role: 'admin' } },
    { path: '/:rest(.*)*', redirect: '/dashboard' },
  ],
});
