// SPDX-License-Identifier: Apache-2.0
// The kit of the applications' pages. What stands here is for them; the rest is its own matter.
export { api, Api, ApiError } from './api.ts';
export { permits, useAuth, type Account } from './auth.ts';
export { ago, bytes, dateTime, duration } from './format.ts';
export { scale, type Point, type Series } from './graph.ts';
export { Feed, identity, useLive, type Item, type Live, type LiveState } from './live.ts';
export { useNotify, type Question, type Toast } from './notify.ts';
export {
  changes,
  formFields,
  initialValues,
  label,
  useModels,
  validate,
  type FormField,
  type Model,
  type ModelField,
  type Option,
  type Refinement,
} from './schema.ts';
export { type Column, type Order } from './table.ts';
export { useMode, type Mode } from './theme.ts';
export { kit } from './vuetify.ts';
export { default as AppFrame, type FramePage } from './components/AppFrame.vue';
export { default as AppGate } from './components/AppGate.vue';
export { default as DataTable } from './components/DataTable.vue';
export { default as EditDialog } from './components/EditDialog.vue';
export { default as EmptyState } from './components/EmptyState.vue';
export { default as GaugeDial } from './components/GaugeDial.vue';
export { default as LineGraph } from './components/LineGraph.vue';
export { default as LoginPage } from './components/LoginPage.vue';
