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
   * Reads the file, and checks it.
   *
   * @throws {GatewayConfigError | CommandError} with everything that is wrong.
   */
  open(file: string, args: Arguments): Promise<OpenInput>;
}

/** The path and the methods of a gateway. */
export interface Endpoint {
  readonly path: string;
  readonly methods: readonly string[];
}

/**
 * Gives a gateway with these options.
 *
 * @param place - The key of the gateway, which is the same in each reading of the file.
 */
export type CreateGateway = (config: GatewayConfig, place: string) => McpGateway;

/** A file that has been read. */
export interface OpenInput {
  readonly plan: ServerPlan;
  /** What works in another way than its author may expect. */
  readonly warnings: readonly { readonly path: string; readonly message: string }[];
  /** Further lines of `--check`. */
  readonly details?: readonly string[];
  /** The paths of its gateways, as Express writes them, and their methods. */
  readonly endpoints: readonly Endpoint[];
  /** Puts its gateways into an app. */
  mount(
    app: Express,
    observer: Observer,
    create: CreateGateway,
  ): Promise<readonly McpGateway[]> | readonly McpGateway[];
  /** The file as a program of TypeScript, where there is such a form. */
  print?(): PrintedProgram;
}
