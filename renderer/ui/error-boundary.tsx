import { Component, type ReactNode } from 'react';
import { Button } from './button.tsx';
import { AlarmShape } from './shapes.tsx';

type Props = { readonly children: ReactNode };
type State = { readonly failure: string | null };

/** The last net: a fault of the window is said in words. The gateway itself runs in another process and goes on. */
export class ErrorBoundary extends Component<Props, State> {
  override state: State = { failure: null };

  static getDerivedStateFromError(error: unknown): State {
    return { failure: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
  }

  override render(): ReactNode {
    if (this.state.failure === null) return this.props.children;
    return (
      <main className="breakdown" role="alert">
        <AlarmShape />
        <h1>This window has a fault.</h1>
        <p>The gateway goes on collecting and delivering; only this view of it stopped.</p>
        <Button variant="primary" onClick={() => window.location.reload()}>
          Show the window again
        </Button>
        <pre>{this.state.failure}</pre>
      </main>
    );
  }
}
