// SPDX-License-Identifier: Apache-2.0
import { pages } from '../../ui/vite.ts';
import { defineConfig } from 'vite';

export default defineConfig(pages());
