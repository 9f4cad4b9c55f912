import type {AnyRule} from './any-rule.js'
import {CONFIG_RULES} from './config/registry.js'
import {RULES} from './registry.js'
import {UPGRADE_RULES} from './upgrade/registry.js'

/** Every rule: about workloads, about the configuration of the mesh, and about what an upgrade changes. */
export const ALL_RULES: readonly AnyRule[] = [...RULES, ...CONFIG_RULES, ...UPGRADE_RULES]
