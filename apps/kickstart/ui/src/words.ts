// SPDX-License-Identifier: Apache-2.0
import {
  mdiAlert,
  mdiAlertCircle,
  mdiAlertOctagon,
  mdiArrowUpCircle,
  mdiCheckCircle,
  mdiCloudAlert,
  mdiCloudCheck,
  mdiCloudOff,
  mdiCloudQuestion,
  mdiCloudSync,
  mdiInformation,
  mdiProgressDownload,
  mdiUndoVariant,
} from '@mdi/js';
import type { GatewayEvent, State } from './gateway.ts';

/** How something stands, for people. */
export interface Standing {
  icon: string;
  title: string;
  text: string;
  colour: 'success' | 'info' | 'warning' | 'error' | 'secondary';
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** How the gateway stands with its cloud. */
export function cloud(state: State): Standing {
  const problem = sentence(state.cloud.problem);
  switch (state.cloud.stage) {
    case 'registering':
      return {
        icon: mdiCloudQuestion,
        title: 'Registering',
        text: problem || 'The device makes itself known to its cloud.',
        colour: problem ? 'warning' : 'info',
      };
    case 'unclaimed':
      return {
        icon: mdiCloudQuestion,
        title: 'Not claimed',
        text: 'Claim this device in the cloud with the id below.',
        colour: 'warning',
      };
    case 'enrolling':
      return {
        icon: mdiCloudSync,
        title: 'Enrolling',
        text: problem || 'The device was claimed and asks for its certificate.',
        colour: problem ? 'warning' : 'info',
      };
    case 'blocked':
      return {
        icon: mdiCloudAlert,
        title: 'Blocked',
        text: problem || 'The cloud wants to hear nothing for a while.',
        colour: 'error',
      };
    case 'provisioned':
      return sync(state);
    default:
      return {
        icon: mdiCloudOff,
        title: 'No cloud',
        text: problem || 'The device works by itself.',
        colour: 'secondary',
      };
  }
}

function sync(state: State): Standing {
  const waiting = state.sync.waiting;
  const changes = waiting === 1 ? '1 change' : `${waiting} changes`;
  switch (state.sync.state) {
    case 'synced':
      return {
        icon: mdiCloudCheck,
        title: 'In sync',
        text: 'All data here and in the cloud are the same.',
        colour: 'success',
      };
    case 'sending':
      return {
        icon: mdiCloudSync,
        title: 'Sending',
        text: `${changes} on the way to the cloud.`,
        colour: 'info',
      };
    case 'catching-up':
      return {
        icon: mdiCloudSync,
        title: 'Catching up',
        text: 'What changed in the cloud is coming in.',
        colour: 'info',
      };
    case 'offline':
      return {
        icon: mdiCloudAlert,
        title: 'Offline',
        text:
          waiting > 0
            ? `The cloud cannot be reached; ${changes} will be sent when it can.`
            : 'The cloud cannot be reached; nothing waits to be sent.',
        colour: 'warning',
      };
    default:
      return {
        icon: mdiCloudOff,
        title: 'Not synced',
        text: 'Synchronisation is switched off.',
        colour: 'secondary',
      };
  }
}

/** The release that runs, for people. */
export function release(state: State): string {
  return state.update.running === 0 ? 'as shipped' : `release ${state.update.running}`;
}

/** How the gateway stands with its updates; null when it takes none. */
export function update(state: State): Standing | null {
  const { state: how, release: number, running, available } = state.update;
  const reason = sentence(state.update.reason);
  switch (how) {
    case 'off':
      return null;
    case 'planned':
    case 'fetched':
    case 'verified':
    case 'resolved':
    case 'staged':
      return {
        icon: mdiProgressDownload,
        title: `Fetching ${number}`,
        text: `Release ${number} is being fetched and checked; nothing that runs is touched yet.`,
        colour: 'info',
      };
    case 'applying':
    case 'gating':
      return {
        icon: mdiProgressDownload,
        title: `Updating to ${number}`,
        text:
          how === 'applying'
            ? `Bundles are being swapped for those of release ${number}.`
            : `Release ${number} runs and must prove itself before it is kept.`,
        colour: 'info',
      };
    case 'rolling-back':
    case 'rolled-back':
      return {
        icon: mdiUndoVariant,
        title: how === 'rolled-back' ? `Went back from ${number}` : `Going back from ${number}`,
        text: reason,
        colour: 'error',
      };
    case 'failed':
      return {
        icon: mdiAlertCircle,
        title: `Refused ${number}`,
        text: reason,
        colour: 'error',
      };
    default:
      if (available !== null && available > running) {
        return {
          icon: mdiArrowUpCircle,
          title: `Release ${available}`,
          text: `Release ${available} can be had.`,
          colour: 'info',
        };
      }
      return reason
        ? { icon: mdiAlert, title: 'No updates', text: reason, colour: 'warning' }
        : {
            icon: mdiCheckCircle,
            title: 'Up to date',
            text: running === 0 ? 'The gateway runs as shipped.' : `Release ${running} runs.`,
            colour: 'success',
          };
  }
}

/** How grave an event is. */
export function severity(of: GatewayEvent['severity']): { icon: string; colour: string; rank: number } {
  switch (of) {
    case 'warn':
      return { icon: mdiAlert, colour: 'warning', rank: 1 };
    case 'error':
      return { icon: mdiAlertCircle, colour: 'error', rank: 2 };
    case 'critical':
    case 'fatal':
      return { icon: mdiAlertOctagon, colour: 'error', rank: 3 };
    default:
      return { icon: mdiInformation, colour: 'info', rank: 0 };
  }
}
