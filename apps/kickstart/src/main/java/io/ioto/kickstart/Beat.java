// SPDX-License-Identifier: Apache-2.0
package io.ioto.kickstart;

/// What is told every two seconds.
record Beat(Sample sample, State state) {}
