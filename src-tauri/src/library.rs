//! The open library, or the reason why there is none.

use std::sync::{Arc, OnceLock};

use vitrine_api::{
    Api,
    types::{ApiError, ErrorCode},
};

/// Filled once, soon after the window appears; whoever comes earlier waits.
#[derive(Clone, Default)]
pub(crate) struct Library(Arc<OnceLock<Result<Api, ApiError>>>);

impl Library {
    /// Opens the library and lets everybody know who waits for it.
    pub(crate) fn open(
        &self,
        open: impl FnOnce() -> Result<Api, ApiError>,
        attend: impl FnOnce(&Api) -> Result<(), ApiError>,
    ) {
        let opened = open();
        let opened = self.0.get_or_init(|| opened);
        // A folder that cannot be watched is no reason to show no catalog.
        if let Ok(api) = opened
            && let Err(error) = attend(api)
        {
            report("the folders are not watched", &error);
        }
    }

    /// The library; waits until it is open, so never on the event loop.
    pub(crate) fn wait(&self) -> Result<&Api, ApiError> {
        self.0.wait().as_ref().map_err(ApiError::clone)
    }

    /// Ends the run and saves what is worth saving, when there is a library.
    pub(crate) fn close(&self) {
        if let Some(Ok(api)) = self.0.get() {
            api.close();
        }
    }

    /// Calls `work` with the library on the blocking pool.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Api) -> Result<T, ApiError> + Send + 'static,
    ) -> Result<T, ApiError> {
        let library = self.clone();
        blocking(move || work(library.wait()?)).await
    }
}

/// Runs `work` where it may block; a panic in it becomes an error.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ApiError> + Send + 'static,
) -> Result<T, ApiError> {
    match tauri::async_runtime::spawn_blocking(work).await {
        Ok(answer) => answer,
        Err(error) => Err(ApiError {
            code: ErrorCode::Internal,
            message: "Something went wrong inside Vitrine. Your photos are untouched; please try again."
                .into(),
            detail: Some(error.to_string()),
        }),
    }
}

/// Tells the terminal what no command can answer for.
#[allow(clippy::print_stderr, reason = "nobody asked, so nobody can be answered")]
fn report(what: &str, error: &ApiError) {
    eprintln!(
        "vitrine: {what}: {error}{}",
        error.detail.as_deref().map(|d| format!(" ({d})")).unwrap_or_default()
    );
}
