// SPDX-License-Identifier: Apache-2.0
import '@ioto/ui/styles';
import { kit } from '@ioto/ui';
import { createApp } from 'vue';
import App from './App.vue';
import { router } from './router.ts';

createApp(App).use(kit()).use(router).mount('#app');
