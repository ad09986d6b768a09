// SPDX-License-Identifier: Apache-2.0
import { computed, readonly, ref, shallowRef } from 'vue';
import { api } from './api.ts';

/** Who is logged in. */
export interface Account {
  username: string;
  role: string;
  roles: string[];
  /** All that the roles permit, their own names included; * is everything. */
  abilities: string[];
}

const account = shallowRef<Account | null>(null);
const known = ref(false);

api.onUnauthorized = () => {
  account.value = null;
};

/** Asks the gateway who is logged in. */
async function refresh(): Promise<void> {
  const answer = await api.get<Partial<Account>>('/api/public/getAuth');
  account.value = answer.username ? (answer as Account) : null;
  known.value = true;
}

async function login(username: string, password: string): Promise<void> {
  const answer = await api.post<{ user: Account }>('/api/public/login', { username, password });
  account.value = answer.user;
  known.value = true;
}

async function logout(): Promise<void> {
  await api.post('/api/public/logout');
  account.value = null;
}

/** Whether somebody may do what the name of a role or ability says. */
export function permits(who: Account | null, role: string): boolean {
  return (
    role === '' ||
    role === 'public' ||
    (who !== null && (who.abilities.includes('*') || who.abilities.includes(role)))
  );
}

/** Who is logged in, on this page. */
export function useAuth() {
  return {
    account: readonly(account),
    /** False until the gateway has been asked. */
    known: readonly(known),
    inside: computed(() => account.value !== null),
    can: (role: string) => permits(account.value, role),
    login,
    logout,
    refresh,
  };
}
