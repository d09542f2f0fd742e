import type { Express } from 'express';
import type { GatewayConfig } from '../../config.ts';
import type { McpGateway } from '../../gateway.ts';
import type { Observer } from '../../slots/observe/observer.ts';
import type { Arguments } from '../arguments.ts';
import type { PrintedProgram } from '../print/program-source.ts';
import type { ServerPlan } from '../server/server-plan.ts';

/** A kind of file that the command runs. */
export interface Input {
  /** The options of the command that are for this kind alone. */
  readonly options: readonly string[];
  /**
   * Reads it, and checks it.
   *
   * @throws {GatewayConfigError | CommandError} with everything that is wrong.
   */
  open(file: string, args: Arguments): Promise<OpenInput>;
}

/** Where a gateway is. */
export interface Endpoint {
  readonly path: string;
  readonly methods: readonly string[];
}

/**
 * Gives a gateway with these options.
 *
 * @param place - What it is known by from one reading of the file to the next.
 */
export type CreateGateway = (config: GatewayConfig, place: string) => McpGateway;

/** A file that has been read. */
export interface OpenInput {
  readonly plan: ServerPlan;
  /** What works in another way than its author may expect. */
  readonly warnings: readonly { readonly path: string; readonly message: string }[];
  /** What `--check` tells beside. */
  readonly details?: readonly string[];
  /** Where its gateways are, as Express writes paths, and what they take. */
  readonly endpoints: readonly Endpoint[];
  /** Puts its gateways into an app. */
  mount(
    app: Express,
    observer: Observer,
    create: CreateGateway,
  ): Promise<readonly McpGateway[]> | readonly McpGateway[];
  /** The same as TypeScript, where there is such a form. */
  print?(): PrintedProgram;
}
