import type {AnyRule} from './any-rule.js'
import {CONFIG_RULES} from './config/registry.js'
import {RULES} from './registry.js'

/** Every rule: about workloads, and about the configuration of the mesh. */
export const ALL_RULES: readonly AnyRule[] = [...RULES, ...CONFIG_RULES]
