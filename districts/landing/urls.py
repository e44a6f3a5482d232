"""Pages of data, below `/d/<slug>/data/`: uploads, their maps and problems, what is there."""

from django.urls import URLPattern, path

from districts.landing.views import feeds, maps, problems, saved_maps, school_names, undo, upload, uploads

app_name = "landing"

urlpatterns: list[URLPattern] = [
    path("", uploads.list_uploads, name="upload-list"),
    path("feeds/", feeds.list_feeds, name="feed-list"),
    path("problems/", problems.list_problems, name="problem-list"),
    path("maps/", saved_maps.list_saved_maps, name="map-list"),
    path("maps/<uuid:saved_map_id>/rename/", saved_maps.rename_saved_map, name="map-rename"),
    path("maps/<uuid:saved_map_id>/delete/", saved_maps.delete_saved_map, name="map-delete"),
    path("names/", school_names.list_school_names, name="school-name-list"),
    path("names/<uuid:alias_id>/forget/", school_names.forget_school_name, name="school-name-forget"),
    path("uploads/<uuid:upload_id>/", upload.show_upload, name="upload-show"),
    path("uploads/<uuid:upload_id>/progress/", upload.show_progress, name="upload-progress"),
    path("uploads/<uuid:upload_id>/confirm/", upload.confirm_upload, name="upload-confirm"),
    path("uploads/<uuid:upload_id>/undo/", undo.undo_upload, name="upload-undo"),
    path("uploads/<uuid:upload_id>/again/", upload.read_again, name="upload-again"),
    path("uploads/<uuid:upload_id>/file/", upload.download_file, name="upload-file"),
    path("uploads/<uuid:upload_id>/kind/", maps.choose_kind, name="upload-kind"),
    path("uploads/<uuid:upload_id>/map/", maps.map_upload, name="upload-map"),
    path("uploads/<uuid:upload_id>/names/", school_names.name_schools, name="upload-names"),
    path("uploads/<uuid:upload_id>/leave-out/", problems.leave_rows_out, name="upload-leave-out"),
    path("uploads/<uuid:upload_id>/accounts.csv", problems.download_accounts, name="upload-accounts"),
    path("uploads/<uuid:upload_id>/problems.csv", problems.download_problems, name="upload-problems"),
]
